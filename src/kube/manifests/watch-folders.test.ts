import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { TemporaryFolder } from "./testing.ts";
import { FolderWatcher } from "./watch-folders.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watchNothing(): { watcher: FolderWatcher; onChange: ReturnType<typeof vi.fn> } {
  const onChange = vi.fn<() => void>();
  return { watcher: new FolderWatcher(onChange), onChange };
}

it("asks for a look every five seconds, until it is closed", () => {
  const { watcher, onChange } = watchNothing();
  vi.advanceTimersByTime(4_999);
  expect(onChange).not.toHaveBeenCalled();
  vi.advanceTimersByTime(5_001);
  expect(onChange).toHaveBeenCalledTimes(2);
  watcher.close();
  vi.advanceTimersByTime(60_000);
  expect(onChange).toHaveBeenCalledTimes(2);
});

it("asks for a look soon after a folder is new to it", () => {
  using folder = new TemporaryFolder();
  const { watcher, onChange } = watchNothing();
  const folders = new Set([folder.path]);
  watcher.update(folders);
  vi.advanceTimersByTime(50);
  expect(onChange).toHaveBeenCalledTimes(1);
  watcher.update(folders);
  vi.advanceTimersByTime(1_000);
  expect(onChange).toHaveBeenCalledTimes(1);
  watcher.update(new Set());
  watcher.update(folders);
  vi.advanceTimersByTime(50);
  expect(onChange).toHaveBeenCalledTimes(2);
  watcher.close();
});

it("waits for quiet, but not longer than a second", () => {
  using folder = new TemporaryFolder();
  const { watcher, onChange } = watchNothing();
  for (let elapsedMs = 0; elapsedMs < 990; elapsedMs += 30) {
    watcher.update(new Set());
    watcher.update(new Set([folder.path]));
    expect(onChange).not.toHaveBeenCalled();
    vi.advanceTimersByTime(30);
  }
  watcher.update(new Set());
  watcher.update(new Set([folder.path]));
  vi.advanceTimersByTime(10);
  expect(onChange).toHaveBeenCalledTimes(1);
  watcher.close();
});

it("leaves to the slow look what cannot be watched", () => {
  using folder = new TemporaryFolder();
  const { watcher, onChange } = watchNothing();
  watcher.update(new Set([join(folder.path, "missing")]));
  vi.advanceTimersByTime(4_000);
  expect(onChange).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(onChange).toHaveBeenCalledTimes(1);
  watcher.close();
});
