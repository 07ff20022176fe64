/** uid and gid of `nginx` in the official images. */
export const nginxUser: { readonly uid: number; readonly gid: number } = { uid: 101, gid: 101 };

/** Where the official images serve files from. */
export const htmlFolder = "/usr/share/nginx/html";

/** Web server that gateways run on: the official image, pinned to the stable branch. */
export const nginxImage = "nginx:1.28-trixie";

/**
 * The same for pages, which only need files sent: 8.2 MB compressed (docker-library/repo-info). It has no curl; BusyBox's
 * wget asks for health.
 */
export const pageImage = "nginx:1.28-alpine-slim";

/**
 * Main and http settings that let nginx run as user 101 on a read-only root: everything it writes is below /tmp.
 * Lines without indentation at the top, two spaces inside `http`.
 */
export const unprivilegedNginx: { readonly main: readonly string[]; readonly http: readonly string[] } = {
  main: ["worker_processes auto;", "pid /tmp/nginx.pid;", "error_log /dev/stderr warn;"],
  http: [
    "# Everything nginx writes lies below /tmp: the root file system is read-only.",
    "client_body_temp_path /tmp/client-body;",
    "proxy_temp_path /tmp/proxy;",
    "fastcgi_temp_path /tmp/fastcgi;",
    "uwsgi_temp_path /tmp/uwsgi;",
    "scgi_temp_path /tmp/scgi;",
  ],
};
