import type { Arguments } from "../arguments.ts";

/** Prints what runs `portolan dev` while the user is logged in. */
export function stubUnit({ values }: Arguments): void {
  const who = values.get("for") ?? (process.platform === "darwin" ? "launchd" : "systemd");
  const argv = [process.execPath, process.argv[1] ?? "portolan", "dev"];
  if (who !== "systemd" && who !== "launchd") {
    throw new TypeError(`Cannot print a unit for "${who}": expected systemd or launchd`);
  }
  process.stdout.write(who === "systemd" ? systemdUnit(argv) : launchdList(argv));
}

/**
 * A user's own: it has the user's kubeconfig, and no rights of root.
 * @param argv the program, by its whole path, and its arguments
 */
export function systemdUnit(argv: readonly string[]): string {
  // systemd.service(5), "Command lines": "%" and "$" stand for something.
  const words = argv.map((word) => `"${word.replaceAll(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`);
  return `[Unit]
Description=Portolan: the cluster's names on this machine

[Service]
ExecStart=${words.join(" ").replaceAll("$", "$$$$")}
Restart=on-failure
RestartSec=5

[Install]
WantedBy=default.target
`;
}

/** @param argv as of {@link systemdUnit} */
export function launchdList(argv: readonly string[]): string {
  const words = argv.map((word) => `    <string>${escaped(word)}</string>\n`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>portolan-dev</string>
  <key>ProgramArguments</key>
  <array>
${words.join("")}  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
</dict>
</plist>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
