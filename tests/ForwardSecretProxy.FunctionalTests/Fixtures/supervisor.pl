#!/usr/bin/perl
# Does for one process what systemd does for a service with a socket: opens the sockets and keeps them over restarts,
# passes them on (sd_listen_fds(3)), and listens to what the process says of itself (sd_notify(3)).
#
#   supervisor.pl SOCKETFILE WATCHDOG_USEC ADDRESS:PORT... -- PROGRAM ARGUMENT...
#
# Lines on stdin are commands: "restart", "reload", "stop". What happens is told on stdout: "notify STATE", "exited CODE".
use strict;
use warnings;
use IO::Socket::INET;
use IO::Select;
use Socket qw(AF_UNIX SOCK_DGRAM SOL_SOCKET SO_REUSEADDR pack_sockaddr_un);
use POSIX qw(:sys_wait_h dup2);

$| = 1;
my ($path, $watchdog) = splice @ARGV, 0, 2;
my @sockets;
while (@ARGV and (my $address = shift) ne '--') {
    push @sockets, IO::Socket::INET->new(LocalAddr => $address, Listen => 4096, ReuseAddr => 1) // die "$address: $!";
}
socket(my $notify, AF_UNIX, SOCK_DGRAM, 0) // die $!;
bind($notify, pack_sockaddr_un($path)) // die "$path: $!";

my $child = start();
my $select = IO::Select->new(\*STDIN, $notify);
my $after = '';
while (1) {
    for my $ready ($select->can_read(0.02)) {
        if ($ready == $notify) {
            recv($notify, my $message, 4096, 0);
            print "notify $_\n" for split /\n/, $message;
        } elsif (sysread(STDIN, my $line, 256)) {
            for (split /\n/, $line) {
                kill 'HUP', $child if $_ eq 'reload';
                ($after = $_), kill 'TERM', $child if $_ eq 'restart' or $_ eq 'stop';
            }
        } else {
            kill 'KILL', $child;
            exit 1;
        }
    }
    if (waitpid($child, WNOHANG) == $child) {
        my $code = $? >> 8 || $?;
        print "exited $code\n";
        exit $code if $after ne 'restart';
        $after = '';
        $child = start();
    }
}

sub start {
    my $pid = fork // die $!;
    return $pid if $pid;
    for my $index (0 .. $#sockets) {
        # Above all that may be in use, so that none is written over before it is moved.
        dup2(fileno $sockets[$index], 100 + $index) // die $!;
    }
    dup2(100 + $_, 3 + $_), POSIX::close(100 + $_) for 0 .. $#sockets;
    @ENV{qw(LISTEN_PID LISTEN_FDS)} = ($$, scalar @sockets) if @sockets;
    @ENV{qw(NOTIFY_SOCKET WATCHDOG_USEC WATCHDOG_PID)} = ($path, $watchdog, $$);
    open STDIN, '<', '/dev/null';
    exec @ARGV or die "$ARGV[0]: $!";
}
