import { expect, test } from "vitest";
import { startServer } from "../../testing/server.ts";

const TSIG = "tsig {\nsecret transfer.example.org. c2VjcmV0\n}";

function corefile(more: string): string {
  return `example.org:0 {\nbind 127.0.0.1\n${more}\ntransfer {\nto 127.0.0.1\nkey TRANSFER.example.org\n}\nwhoami\n}\n`;
}

test.each(["", TSIG.replace("transfer", "other")])(
  "a key that nobody has is an error of the Corefile, at its line: %j",
  async (more) => {
    await expect(startServer({ corefile: corefile(more) })).rejects.toThrow(
      /Corefile:\d+: plugin\/transfer: unknown key "TRANSFER.example.org"/,
    );
  },
);

test("a key of tsig in the same server block is found, in whatever case", async () => {
  const server = await startServer({ corefile: corefile(TSIG) });
  expect(server.port).toBeGreaterThan(0);
  await server.stop();
});
