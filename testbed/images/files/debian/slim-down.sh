#!/bin/sh
# Makes a minimal Debian the slim image: ordinary sources, no documentation, no caches, no traces of this machine.
set -eu
root=$1 suite=$2
cd "$root"
cat >etc/dpkg/dpkg.cfg.d/docker <<'EOF'
force-unsafe-io
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/groff/*
path-exclude /usr/share/info/*
path-exclude /usr/share/linda/*
path-exclude /usr/share/lintian/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
EOF
cat >etc/apt/apt.conf.d/docker <<'EOF'
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Apt::AutoRemove::SuggestsImportant "false";
Binary::apt::APT::Keep-Downloaded-Packages "true";
APT::Keep-Downloaded-Packages "false";
EOF
cat >etc/apt/apt.conf.d/docker-clean <<'EOF'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
EOF
archive=$(sed -n 's/^deb \(http[^ ]*\) .*/\1/p' etc/apt/sources.list | head -n 1)
archive=${archive%/}
rm -f etc/apt/sources.list
cat >etc/apt/sources.list.d/debian.sources <<EOF
Types: deb
URIs: $archive
Suites: $suite $suite-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: ${archive%/debian}/debian-security
Suites: $suite-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
EOF
printf '#!/bin/sh\nexit 101\n' >usr/sbin/policy-rc.d
chmod 755 usr/sbin/policy-rc.d
find usr/share/doc -mindepth 1 ! -type d ! -name copyright -delete
find usr/share/doc -mindepth 1 -type d -empty -delete
rm -rf usr/share/groff/* usr/share/info/* usr/share/linda/* usr/share/lintian/* usr/share/locale/* usr/share/man/*
rm -rf var/lib/apt/lists/* var/cache/apt/archives/*.deb var/cache/apt/*.bin var/cache/ldconfig/aux-cache var/cache/debconf/*-old
find var/log -type f -delete
rm -rf tmp/* etc/resolv.conf etc/hostname etc/ssl/certs/ca-certificates.crt
: >etc/machine-id
rm -f var/lib/dbus/machine-id
