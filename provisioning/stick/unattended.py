"""A bare machine without a person: the answers for Debian's installer, and what it runs at its end.

Nothing is erased on a guess. With one disk that is not removable the answers name it, and a person
confirms; only `erase` confirms too, and only where there is exactly one such disk.
"""

import re
from typing import NamedTuple

from provisioning.stick import layout
from sync.install_stick import FOLDER

# crypt(5) of this decade. A lone ! is an account that nobody signs in to.
HASH = re.compile(r"!|\$(?:y|gy|7|6|2b)\$[!-~]{8,200}", re.ASCII)
UNIT = "examsite-first-boot.service"
# What the package needs and Debian's own media have.
NEEDS = (
    "python3 haproxy chrony dnsmasq-base nftables iproute2 fonts-noto-cjk"
    " libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0"
)


class Machine(NamedTuple):
    """How Debian is to be installed; `login` is a line of crypt(5), never a password."""

    login: str = "!"
    erase: bool = False
    zone: str = "Asia/Shanghai"
    locale: str = "zh_CN.UTF-8"


# Where there is exactly one disk that is neither removable nor the installer's own, it is named.
_DISK = r"""d-i partman/early_command string \
    own=$(sed -n 's,^\(/dev/[a-z]*\)[0-9]* /cdrom .*,\1,p' /proc/mounts); found=; count=0; \
    for disk in $(list-devices disk); do \
        [ "$disk" = "$own" ] && continue; \
        [ "$(cat /sys/block/${disk##*/}/removable)" = 1 ] && continue; \
        found=$disk; count=$((count+1)); \
    done; \
    if [ "$count" = 1 ]; then \
        debconf-set partman-auto/disk "$found"; debconf-set partman-auto/method regular; \
        debconf-set partman-auto/choose_recipe atomic; \
ERASE        debconf-set grub-installer/bootdev "$found"; \
    fi; true
"""
_ERASE = r"""        debconf-set partman-partitioning/confirm_write_new_label true; \
        debconf-set partman/choose_partition finish; \
        debconf-set partman/confirm true; debconf-set partman/confirm_nooverwrite true; \
"""


_PRESEED = """#_preseed_V1
# Made with this stick. No password is in here; no disk is erased that a person did not confirm,
# unless the stick was made with --erase, and then only where there is just one.
d-i debian-installer/locale string @LOCALE@
d-i keyboard-configuration/xkb-keymap select us
d-i netcfg/choose_interface select auto
# A room without a router has nobody who lends addresses: that stops nothing.
d-i netcfg/dhcp_failed note
d-i netcfg/dhcp_options select Do not configure the network at this time
d-i netcfg/get_hostname string @NAME@
d-i netcfg/get_domain string
d-i netcfg/hostname string @NAME@
d-i clock-setup/utc boolean true
d-i clock-setup/ntp boolean false
d-i time/zone string @ZONE@
# No network: everything comes from the installer's medium and this stick.
d-i apt-setup/use_mirror boolean false
d-i apt-setup/no_mirror boolean true
d-i apt-setup/cdrom/set-first boolean false
d-i apt-setup/services-select multiselect
d-i apt-setup/disable-cdrom-entries boolean true
@DISK@d-i passwd/root-login boolean false
d-i passwd/user-fullname string Site administrator
d-i passwd/username string examadmin
d-i passwd/user-password-crypted password @LOGIN@
d-i passwd/user-default-groups string sudo
tasksel tasksel/first multiselect
d-i pkgsel/include string @NEEDS@
d-i pkgsel/upgrade select none
d-i pkgsel/update-policy select none
popularity-contest popularity-contest/participate boolean false
d-i grub-installer/only_debian boolean true
d-i grub-installer/with_other_os boolean false
d-i finish-install/reboot_in_progress note
@LATE@"""


def preseed(host_name: str, machine: Machine) -> str:
    """The answers for Debian's installer (debconf's own format)."""
    text = _PRESEED
    for word, value in {
        "DISK": _DISK.replace("ERASE", _ERASE if machine.erase else ""),
        "LATE": late_command(),
        "LOCALE": machine.locale,
        "LOGIN": machine.login,
        "NAME": host_name,
        "NEEDS": NEEDS,
        "ZONE": machine.zone,
    }.items():
        text = text.replace(f"@{word}@", value)
    return text


def late_command() -> str:
    """Copies this stick's folder into the new system and runs its script there."""
    return rf"""d-i preseed/late_command string \
    for at in /cdrom /hd-media /media; do \
        [ -f "$at/{FOLDER}/{layout.SCRIPT}" ] || continue; \
        mkdir -p /target/var/tmp/stick; cp -r "$at/{FOLDER}" /target/var/tmp/stick/; \
        in-target sh /var/tmp/stick/{FOLDER}/{layout.SCRIPT} || exit 1; \
        rm -rf /target/var/tmp/stick; exit 0; \
    done; exit 1
"""


def install_script(digest: str, root: str) -> str:
    """The package, without a network; the stick taken in; the rest at the first boot.

    `apply` itself needs systemd up, and waits until headquarters has heard the six words.
    """
    package = f"{layout.UPDATES}/{digest}.deb"
    return f"""#!/bin/sh
# Installs examsite from this folder; run by Debian's installer, or by root on a new machine.
set -eu
cd "$(dirname "$0")"
echo "{digest}  {package}" | sha256sum -c --quiet -
if [ -d {layout.DEBIAN} ]; then
    dpkg -i {layout.DEBIAN}/*.deb
fi
dpkg -i {package}
examsite-setup stick import .. --root {root}
cat > /etc/systemd/system/{UNIT} <<'END'
[Unit]
Description=examsite: makes this machine a site, from its stick
ConditionPathExists={layout.HELD / layout.ANSWERS}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
# Headquarters hears six words by phone meanwhile; they stand on the screen of this machine.
TimeoutStartSec=infinity
StandardOutput=journal+console
StandardError=journal+console
ExecStart=/usr/bin/examsite-setup apply --answers {layout.HELD / layout.ANSWERS}
ExecStart=/usr/bin/examsite-setup stick take
ExecStartPost=/usr/bin/systemctl disable {UNIT}
Restart=on-failure
RestartSec=30

[Install]
WantedBy=multi-user.target
END
systemctl enable {UNIT}
"""


def readme(site: str) -> str:
    """What a person does with the stick."""
    return f"""考点 {site} 的安装 U 盘 · Installation stick of site {site}

1. sudo sh {FOLDER}/{layout.SCRIPT}
   或 Debian 安装程序自动安装 · or unattended, by Debian's installer:
   auto=true priority=critical file=/cdrom/{FOLDER}/{layout.PRESEED}
2. sudo examsite-setup stick check FOLDER --root FINGERPRINT
   指纹写在总部信函上 · the fingerprint stands in headquarters' letter
3. sudo examsite-setup apply --answers {layout.HELD / layout.ANSWERS}
4. sudo examsite-setup stick take

U 盘内含一次性登记令牌，请妥善保管 · It holds a token that works once: keep it safe.
"""
