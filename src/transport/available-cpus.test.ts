import { describe, expect, it } from "vitest";
import { availableCpus } from "./available-cpus.ts";

describe("availableCpus", () => {
  it.each([
    ["nothing said", {}, 8],
    ["no limit", { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n" }, 8],
    [
      "a limit",
      { "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "250000 100000\n" },
      2.5,
    ],
    [
      "more than there is",
      { "/proc/self/cgroup": "0::/", "/sys/fs/cgroup/cpu.max": "900000 100000" },
      8,
    ],
    [
      "the smallest of several",
      {
        "/proc/self/cgroup": "0::/kubepods/pod1/container\n",
        "/sys/fs/cgroup/kubepods/pod1/container/cpu.max": "max 100000\n",
        "/sys/fs/cgroup/kubepods/pod1/cpu.max": "50000 100000\n",
        "/sys/fs/cgroup/kubepods/cpu.max": "300000 100000\n",
      },
      0.5,
    ],
    [
      "version 1, where the path is the host's",
      {
        "/proc/self/cgroup": "5:memory:/a\n4:cpu,cpuacct:/docker/abc\n0::/\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "150000\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      },
      1.5,
    ],
    [
      "version 1 without a limit",
      {
        "/proc/self/cgroup": "4:cpu,cpuacct:/\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      },
      8,
    ],
  ] as [string, Record<string, string>, number][])("%s", (_what, files, cpus) => {
    expect(availableCpus((path) => files[path], 8)).toBe(cpus);
  });

  it("is something on this machine", () => {
    expect(availableCpus()).toBeGreaterThan(0);
  });
});
