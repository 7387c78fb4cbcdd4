/**
 * How often something is tried: `npm test` is for every change and tries less than `npm run test:counts`,
 * which CI runs as well.
 */
export function testCount(usual: number, full: number): number {
  return process.env["PORTOLAN_TEST_COUNTS"] === "full" ? full : usual;
}
