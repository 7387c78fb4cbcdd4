/** Somebody whom the API server knows by a token in its token file. */
export interface User {
  readonly name: string;
  readonly token: string;
  readonly groups: readonly string[];
}

/** May do everything; RBAC is not asked. */
export const ADMIN: User = { name: "admin", token: "admin-token", groups: ["system:masters"] };

/** The file of `--token-auth-file`: a line `token,user,uid,"group,group"` for each user. */
export function tokenFile(users: readonly User[]): string {
  const lines = users.map(({ name, token, groups }) => {
    return [token, name, `uid-of-${name}`, groups.join(",")].map(quote).join(",");
  });
  return `${lines.join("\n")}\n`;
}

function quote(field: string): string {
  return `"${field.replaceAll('"', '""')}"`;
}
