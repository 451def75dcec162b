namespace ForwardSecretProxy.Audit.Configurations.Postfix;

/// <summary>What Postfix takes for a parameter that nobody sets (postconf(5), <c>postconf -d</c>).</summary>
internal static class PostfixDefaults
{
    private static readonly Dictionary<string, (string Value, string Remark)> Known = new(StringComparer.Ordinal)
    {
        ["smtpd_tls_ciphers"] = ("medium", "Postfix's default: medium since 3.0 and its late updates to older releases, export before"),
        ["smtpd_tls_mandatory_ciphers"] = ("medium", "Postfix's default: medium"),
        // 3.6 writes >=TLSv1 for what was !SSLv2, !SSLv3.
        ["smtpd_tls_protocols"] = ("!SSLv2, !SSLv3", "Postfix's default: TLS 1.0 and newer"),
        ["smtpd_tls_mandatory_protocols"] = ("!SSLv2, !SSLv3", "Postfix's default: TLS 1.0 and newer"),
        ["tls_high_cipherlist"] = ("aNULL:-aNULL:HIGH:@STRENGTH", "Postfix's default"),
        ["tls_medium_cipherlist"] = ("aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH", "Postfix's default"),
        ["tls_low_cipherlist"] = ("aNULL:-aNULL:HIGH:MEDIUM:LOW:+RC4:@STRENGTH", "Postfix's default before 3.8"),
        ["tls_export_cipherlist"] = ("aNULL:-aNULL:HIGH:MEDIUM:LOW:EXPORT:+RC4:@STRENGTH", "Postfix's default before 3.8"),
        ["tls_null_cipherlist"] = ("eNULL:!aNULL", "Postfix's default"),
        ["tls_preempt_cipherlist"] = ("no", "Postfix's default: no"),
        ["tls_session_ticket_cipher"] = ("aes-256-cbc", "Postfix's default: tickets, encrypted with aes-256-cbc"),
        ["smtpd_tls_session_cache_timeout"] = ("3600s", "Postfix's default: an hour"),
        ["smtpd_tls_session_cache_database"] = ("", "Postfix's default: none"),
        ["smtpd_tls_dh1024_param_file"] = ("", "Postfix's default"),
        ["smtpd_tls_eecdh_grade"] = ("auto", "Postfix's default: auto"),
        ["tls_eecdh_auto_curves"] = ("X25519 X448 prime256v1 secp521r1 secp384r1", "Postfix's default"),
        ["tls_eecdh_strong_curve"] = ("prime256v1", "Postfix's default"),
        ["tls_eecdh_ultra_curve"] = ("secp384r1", "Postfix's default"),
        ["smtpd_tls_key_file"] = ("$smtpd_tls_cert_file", "Postfix's default: the certificate's file"),
        ["smtpd_tls_eckey_file"] = ("$smtpd_tls_eccert_file", "Postfix's default: the certificate's file"),
        ["smtpd_tls_dkey_file"] = ("$smtpd_tls_dcert_file", "Postfix's default: the certificate's file"),
    };

    /// <summary>The default; nothing for a parameter that has none or is not known here.</summary>
    public static Setting<string> Get(string name) => Known.TryGetValue(name, out var found)
        ? new Setting<string>(found.Value, null, found.Remark)
        : new Setting<string>("", null);
}
