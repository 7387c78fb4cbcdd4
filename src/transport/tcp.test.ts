import { roomCases } from "./room.cases.ts";
import { listenTcp } from "./tcp.ts";
import { tcpCases } from "./tcp.cases.ts";

tcpCases("listenTcp", listenTcp);
roomCases("listenTcp", listenTcp);
