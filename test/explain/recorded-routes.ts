import { join } from "node:path";

/**
 * Services and EndpointSlices, and what kube-proxy's own code made of them: written by `PORTOLAN_WRITE_RECORDED=1 npm run
 * test:cluster -- kube-proxy` and `npx oxfmt`.
 */
export const RECORDED_ROUTES = join(import.meta.dirname, "testdata/kube-proxy.json");
