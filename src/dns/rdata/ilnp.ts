import { RrType } from "../iana/rr-type.ts";
import { ipv4 } from "./address-fields.ts";
import { defineRdata } from "./define-rdata.ts";
import { u16 } from "./integer-fields.ts";
import { name } from "./name-fields.ts";
import { hexGroups } from "./octet-fields.ts";

/** The types of the Identifier-Locator Network Protocol (RFC 6742 §2). */
export const NID = defineRdata(RrType.NID, { preference: u16, nodeId: hexGroups(8, 2, ":") });
export const L32 = defineRdata(RrType.L32, { preference: u16, locator: ipv4 });
export const L64 = defineRdata(RrType.L64, { preference: u16, locator: hexGroups(8, 2, ":") });
export const LP = defineRdata(RrType.LP, { preference: u16, locatorName: name });
