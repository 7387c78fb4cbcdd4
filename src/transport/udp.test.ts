import { describeUdp } from "./udp.cases.ts";
import { listenUdp } from "./udp.ts";

describeUdp("node:dgram", listenUdp);
