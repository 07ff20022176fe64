#!/bin/sh
# On request, writes as many worker processes into nginx.conf as this container may use processors.
set -e
[ -n "${NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE-}" ] || exit 0
file=/etc/nginx/nginx.conf
if [ ! -w "$file" ]; then
  echo "$0: error: can not modify $file (read-only file system?)"
  exit 0
fi
count=$(nproc)
if [ -r /sys/fs/cgroup/cpu.max ]; then
  read -r quota period </sys/fs/cgroup/cpu.max
elif [ -r /sys/fs/cgroup/cpu/cpu.cfs_quota_us ]; then
  quota=$(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us)
  period=$(cat /sys/fs/cgroup/cpu/cpu.cfs_period_us)
fi
case "${quota-}" in
  '' | max | -1) ;;
  *)
    share=$(((quota + period - 1) / period))
    if [ "$share" -lt "$count" ]; then count=$share; fi
    ;;
esac
sed -i -E "s/^worker_processes +[^;]+;/worker_processes  $count;/" "$file"
echo "$0: info: worker_processes set to $count"
