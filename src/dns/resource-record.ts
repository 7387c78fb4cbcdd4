import type { Name } from "./name.ts";

/**
 * A resource record (RFC 1035 §3.2.1). `rdata` is the uncompressed wire form: it is passed on
 * unchanged whatever the type (RFC 3597 §3), and `rdata/` decodes it for those who must look inside.
 */
export class ResourceRecord {
  readonly owner: Name;
  readonly type: number;
  readonly class: number;
  readonly ttlSeconds: number;
  readonly rdata: Buffer;

  constructor(owner: Name, type: number, rrClass: number, ttlSeconds: number, rdata: Buffer) {
    this.owner = owner;
    this.type = type;
    this.class = rrClass;
    this.ttlSeconds = ttlSeconds;
    this.rdata = rdata;
  }

  /** The same record with another TTL. */
  withTtl(ttlSeconds: number): ResourceRecord {
    if (ttlSeconds === this.ttlSeconds) return this;
    return new ResourceRecord(this.owner, this.type, this.class, ttlSeconds, this.rdata);
  }

  /** The same record under another owner. */
  withOwner(owner: Name): ResourceRecord {
    return new ResourceRecord(owner, this.type, this.class, this.ttlSeconds, this.rdata);
  }
}
