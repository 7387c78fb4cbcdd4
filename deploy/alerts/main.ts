import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { alertFiles, pathOf, readAlertSource } from "./files.ts";
import type { Format, Servers } from "./render.ts";
import { FORMATS, SERVERS, renderAlerts } from "./render.ts";

/**
 * Makes the alerts of their source, in all formats:
 *
 *     npm run alerts
 *
 * or writes one format, with values of one's own, to the standard output:
 *
 *     npm run --silent alerts -- --format=prometheus --selector='job="dns"' --by=cluster --runbooks=https://wiki.example/dns
 */
const { values } = parseArgs({
  options: {
    format: { type: "string" },
    servers: { type: "string", default: "service" },
    selector: { type: "string" },
    by: { type: "string" },
    runbooks: { type: "string" },
  },
});

const source = readAlertSource();
const { format, servers, selector, by, runbooks } = values;
if (format === undefined) {
  if (selector ?? by ?? runbooks) throw new Error("--selector, --by and --runbooks need --format");
  for (const [path, text] of alertFiles(source)) writeFileSync(pathOf(path), text);
} else {
  process.stdout.write(
    renderAlerts(source, oneOf("format", format, FORMATS), oneOf("servers", servers, SERVERS), {
      ...(selector !== undefined && { selector }),
      ...(by !== undefined && { by: by.split(",").filter((label) => label !== "") }),
      ...(runbooks !== undefined && { runbooks }),
    }),
  );
}

function oneOf<T extends Format | Servers>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw new Error(`--${name}: not one of ${known.join(", ")}: "${value}"`);
  return found;
}
