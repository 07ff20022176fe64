/** Whether `USER` names root: by name or number, whatever the group. */
export function isRoot(user: string): boolean {
  return /^(?:root|0+)(?::.*)?$/.test(user.trim());
}

/** User part of `USER name:group`. */
export function userPart(user: string): string {
  return user.trim().split(":")[0] ?? "";
}

/** Users that Debian's and Alpine's base systems both have. */
export const systemUsers: ReadonlySet<string> = new Set([
  "root",
  "daemon",
  "bin",
  "sys",
  "sync",
  "games",
  "man",
  "lp",
  "mail",
  "news",
  "uucp",
  "proxy",
  "www-data",
  "backup",
  "list",
  "irc",
  "gnats",
  "nobody",
  "_apt",
  "adm",
  "shutdown",
  "halt",
  "operator",
  "cron",
  "ftp",
  "sshd",
  "squid",
  "xfs",
  "postmaster",
  "cyrus",
  "vpopmail",
  "ntp",
  "smmsp",
  "guest",
  "at",
]);
