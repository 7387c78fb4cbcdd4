import { tcpCases } from "../tcp.cases.ts";
import { loadLibc } from "./libc.ts";
import { listenTcpNative } from "./tcp-native.ts";

const libc = await loadLibc().catch(() => undefined);

if (libc) tcpCases("native TCP", (options, limits) => listenTcpNative(libc, options, limits));
