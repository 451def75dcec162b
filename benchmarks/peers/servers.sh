# shellcheck shell=bash disable=SC2034,SC2154
# The servers that peers.sh compares, and the backend. Each configure_SERVER writes its configuration for $key on
# the token behind $module, and sets $command, which runs it in the foreground.

run_as_root=''
if ((EUID == 0)); then run_as_root='user root root;'; fi

configure_backend() {
  cat >"$dir/backend.conf" <<END
$run_as_root
worker_processes 1; daemon off; pid $dir/backend.pid; error_log $dir/backend.log warn;
events { worker_connections 20000; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; keepalive_timeout 600;
  server {
    listen 127.0.0.1:$BACKEND_PORT backlog=4096;
    location = / { default_type text/plain; return 200 'ok'; }
    location = /body { root $dir/www; }
  }
}
END
  command=(nginx -c "$dir/backend.conf")
}

configure_fsp() { write_fsp isolated; }

configure_fsp-in-process() { write_fsp in-process; }

write_fsp() { # SIGNER
  cat >"$dir/fsp.jsonc" <<END
{
  "Tokens": { "t": { "Module": "$module", "Label": "peers", "PinFile": "pin", "Sessions": $sessions } },
  "Certificates": { "c": { "Chain": "$key.pem", "Key": "pkcs11:token=peers;object=$key" } },
  "Listeners": { "l": { "Address": "127.0.0.1:$PORT" } },
  "Signer": "$1",
  "Limits": { "MaxConnections": 50000, "KeepAliveTimeout": "10m" },
  "Logging": { "LogLevel": { "Default": "Warning" } },
  "ReverseProxy": {
    "Routes": { "r": { "ClusterId": "b", "Match": { "Path": "{**path}" } } },
    "Clusters": { "b": { "Destinations": { "d": { "Address": "http://127.0.0.1:$BACKEND_PORT" } } } }
  }
}
END
  command=("$fsp" serve --config "$dir/fsp.jsonc")
}

# Three relays, at PORT and the two ports after it, to a sink, a source and a mail server.
configure_fsp_relay() {
  cat >"$dir/fsp.jsonc" <<END
{
  "Tokens": { "t": { "Module": "$module", "Label": "peers", "PinFile": "pin", "Sessions": $sessions } },
  "Certificates": { "c": { "Chain": "$key.pem", "Key": "pkcs11:token=peers;object=$key" } },
  "Listeners": {
    "up":   { "Address": "127.0.0.1:$PORT", "Protocol": "tcp", "Backend": "127.0.0.1:$((BACKEND_PORT + 1))" },
    "down": { "Address": "127.0.0.1:$((PORT + 1))", "Protocol": "tcp", "Backend": "127.0.0.1:$((BACKEND_PORT + 2))" },
    "smtp": { "Address": "127.0.0.1:$((PORT + 2))", "Protocol": "smtp", "Backend": "127.0.0.1:$((BACKEND_PORT + 3))",
              "ProxyProtocol": "none" }
  },
  "Logging": { "LogLevel": { "Default": "Warning" } }
}
END
  command=("$fsp" serve --config "$dir/fsp.jsonc")
}

configure_haproxy() {
  local i
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
    -keyout "$dir/haproxy.key" -out "$dir/haproxy.crt" 2>/dev/null
  cat "$dir/haproxy.crt" "$dir/haproxy.key" >"$dir/haproxy.pem"
  {
    printf 'global\n  maxconn 1000\n  nbthread %s\n' "$WORKERS"
    printf 'defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n'
    for i in 0 1 2; do
      printf 'listen l%d\n  bind 127.0.0.1:%d ssl crt %s\n  server s 127.0.0.1:%d\n' \
        "$i" $((PORT + i)) "$dir/haproxy.pem" $((BACKEND_PORT + 1 + i))
    done
  } >"$dir/haproxy.cfg"
  command=(haproxy -q -db -f "$dir/haproxy.cfg")
}

# What the others' engine is told about the token.
key_uri() { echo "pkcs11:token=peers;object=$key;type=private;pin-value=$(<"$dir/pin")"; }

with_engine() {
  cat >"$dir/engine.cnf" <<END
openssl_conf = start
[start]
engines = list
[list]
pkcs11 = token
[token]
engine_id = pkcs11
MODULE_PATH = $module
init = 0
END
  command=(env OPENSSL_CONF="$dir/engine.cnf" "$@")
}

configure_nginx() {
  cat >"$dir/nginx.conf" <<END
$run_as_root
worker_processes $WORKERS; daemon off; pid $dir/nginx.pid; error_log $dir/nginx.log error;
env SOFTHSM2_CONF; env OPENSSL_CONF; env SLOW_TOKEN_MODULE; env SLOW_TOKEN_MS;
ssl_engine pkcs11;
events { worker_connections 20000; }
http {
  access_log off; keepalive_requests 100000000; keepalive_timeout 600; client_header_timeout 600;
  upstream service { server 127.0.0.1:$BACKEND_PORT; keepalive 64; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:$PORT ssl http2 backlog=4096;
    ssl_certificate $dir/$key.pem;
    ssl_certificate_key "engine:pkcs11:$(key_uri)";
    ssl_protocols TLSv1.2 TLSv1.3; ssl_ecdh_curve X25519:P-256; ssl_session_cache off; ssl_session_tickets off;
    location / {
      proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_max_temp_file_size 0;
    }
  }
}
END
  with_engine nginx -c "$dir/nginx.conf"
}

configure_apache() {
  local threads=128 name
  {
    for name in mpm_event authz_core ssl http2 proxy proxy_http; do
      echo "LoadModule ${name}_module /usr/lib/apache2/modules/mod_$name.so"
    done
    if ((EUID == 0)); then printf 'User www-data\nGroup www-data\n'; fi
    cat <<END
ServerRoot $dir
ServerName localhost
PidFile $dir/apache.pid
ErrorLog $dir/apache.error.log
LogLevel error
Mutex posixsem
StartServers $WORKERS
ServerLimit $WORKERS
ThreadLimit $threads
ThreadsPerChild $threads
MinSpareThreads 1
MaxSpareThreads $((WORKERS * threads))
MaxRequestWorkers $((WORKERS * threads))
Listen 127.0.0.1:$PORT
ListenBackLog 4096
Protocols h2 http/1.1
SSLCryptoDevice pkcs11
SSLSessionCache none
SSLSessionTickets off
KeepAlive On
KeepAliveTimeout 600
MaxKeepAliveRequests 0
<VirtualHost 127.0.0.1:$PORT>
  SSLEngine on
  SSLProtocol -all +TLSv1.2 +TLSv1.3
  SSLOpenSSLConfCmd Curves X25519:P-256
  SSLCertificateFile $dir/$key.pem
  SSLCertificateKeyFile "$(key_uri)"
  ProxyPass / http://127.0.0.1:$BACKEND_PORT/
</VirtualHost>
END
  } >"$dir/apache.conf"
  with_engine apache2 -D FOREGROUND -f "$dir/apache.conf"
}

configure_stunnel() {
  cat >"$dir/stunnel.conf" <<END
foreground = yes
pid =
syslog = no
debug = err
output = $dir/stunnel.error.log
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
engine = pkcs11
engineCtrl = MODULE_PATH:$module
[tls]
accept = 127.0.0.1:$PORT
connect = 127.0.0.1:$BACKEND_PORT
cert = $dir/$key.pem
engineId = pkcs11
key = $(key_uri)
curves = X25519:P-256
options = NO_TICKET
sessionCacheSize = 1
TIMEOUTclose = 0
END
  command=(stunnel4 "$dir/stunnel.conf")
}
