import { listenTcp } from "./tcp.ts";
import { tcpCases } from "./tcp.cases.ts";

tcpCases("listenTcp", listenTcp);
