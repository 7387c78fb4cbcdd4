import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Architecture } from "../../deploy/image/architectures.ts";
import { ARCHITECTURES } from "../../deploy/image/architectures.ts";
import { givenBase } from "../../deploy/image/given-base.ts";
import { MEDIA_TYPES, OciLayout } from "../../deploy/image/oci-layout.ts";
import { packTree } from "../../deploy/image/tar.ts";
import { file } from "../../deploy/image/tree.ts";

const [amd64, arm64] = ARCHITECTURES as [Architecture, Architecture];
const folder = mkdtempSync(join(tmpdir(), "portolan-base-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("takes a given base's layers as they are, with its name, its digest and its packages", async () => {
  const given = join(folder, "given");
  const layout = new OciLayout(`${given}.draft`);
  const layer = await layout.putLayer(
    packTree(
      [
        file("usr/lib/os-release", 'ID=debian\nVERSION_ID="13"\n'),
        file(
          "var/lib/dpkg/status.d/libc6",
          "Package: libc6\nVersion: 2.41-12\nArchitecture: amd64\n",
        ),
      ],
      0,
    ),
  );
  const config = layout.putJson({ rootfs: { diff_ids: [layer.diffId] } }, MEDIA_TYPES.config);
  const manifest = layout.putJson({ config, layers: [layer.descriptor] }, MEDIA_TYPES.manifest);
  const platform = { architecture: "amd64", os: "linux" };
  const annotations = { "io.containerd.image.name": "images.example/base:13" };
  layout.finish([{ ...manifest, platform, annotations }], given);

  const into = new OciLayout(join(folder, "into"));
  expect(await givenBase(into, given, amd64)).toEqual({
    layers: [layer],
    packages: [
      { name: "libc6", version: "2.41-12", architecture: "amd64", distribution: "debian-13" },
    ],
    image: { name: "images.example/base:13", digest: manifest.digest },
  });
  await expect(givenBase(into, given, arm64)).rejects.toThrow(
    `Cannot take base "${given}": it has no image for linux/arm64`,
  );
});
