import { AAAA } from "./aaaa.ts";
import { A } from "./a.ts";
import { APL } from "./apl.ts";
import { CAA } from "./caa.ts";
import { CERT } from "./cert.ts";
import { CSYNC } from "./csync.ts";
import type { RdataCodec } from "./define-rdata.ts";
import { DHCID } from "./dhcid.ts";
import { DNAME } from "./dname.ts";
import { CDNSKEY, DNSKEY, KEY } from "./dnskey.ts";
import { CDS, DLV, DS } from "./ds.ts";
import { EUI48, EUI64 } from "./eui.ts";
import { HINFO } from "./hinfo.ts";
import { L32, L64, LP, NID } from "./ilnp.ts";
import { IPSECKEY } from "./ipseckey.ts";
import { KX } from "./kx.ts";
import { LOC } from "./loc.ts";
import { MX } from "./mx.ts";
import { NAPTR } from "./naptr.ts";
import { NSEC, NXT } from "./nsec.ts";
import { NSEC3, NSEC3PARAM } from "./nsec3.ts";
import { OPENPGPKEY } from "./openpgpkey.ts";
import { PX } from "./px.ts";
import { CNAME, MB, MD, MF, MG, MINFO, MR, NS, PTR } from "./rfc1035-names.ts";
import { AFSDB, ISDN, RP, RT, X25 } from "./rfc1183.ts";
import { RRSIG, SIG } from "./rrsig.ts";
import { SOA } from "./soa.ts";
import { SRV } from "./srv.ts";
import { SSHFP } from "./sshfp.ts";
import { HTTPS, SVCB } from "./svcb.ts";
import { SMIMEA, TLSA } from "./tlsa.ts";
import { TKEY, TSIG } from "./transaction.ts";
import { RESINFO, SPF, TXT } from "./txt.ts";
import { URI } from "./uri.ts";
import { ZONEMD } from "./zonemd.ts";

/** The types whose RDATA is understood, by number; all others are octets (RFC 3597). */
export const rdataCodecs: readonly RdataCodec<unknown>[] = [
  A,
  NS,
  MD,
  MF,
  CNAME,
  SOA,
  MB,
  MG,
  MR,
  PTR,
  HINFO,
  MINFO,
  MX,
  TXT,
  RP,
  AFSDB,
  X25,
  ISDN,
  RT,
  SIG,
  KEY,
  PX,
  AAAA,
  LOC,
  NXT,
  SRV,
  NAPTR,
  KX,
  CERT,
  DNAME,
  APL,
  DS,
  SSHFP,
  IPSECKEY,
  RRSIG,
  NSEC,
  DNSKEY,
  DHCID,
  NSEC3,
  NSEC3PARAM,
  TLSA,
  SMIMEA,
  CDS,
  CDNSKEY,
  OPENPGPKEY,
  CSYNC,
  ZONEMD,
  SVCB,
  HTTPS,
  SPF,
  NID,
  L32,
  L64,
  LP,
  EUI48,
  EUI64,
  TKEY,
  TSIG,
  URI,
  CAA,
  RESINFO,
  DLV,
];

const byType = new Map(rdataCodecs.map((codec) => [codec.type, codec]));

export function rdataCodecOf(type: number): RdataCodec<unknown> | undefined {
  return byType.get(type);
}
