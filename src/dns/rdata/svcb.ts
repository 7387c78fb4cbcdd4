import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import type { Field } from "./field.ts";
import { skipOctets } from "./field.ts";
import { u16 } from "./integer-fields.ts";
import { name } from "./name-fields.ts";
import type { SvcParam } from "./svc-params.ts";
import { formatSvcParam, parseSvcParam, svcParamsProblem } from "./svc-params.ts";

/** Key, length, value, up to the end of the record, keys ascending (RFC 9460 §2.2). */
const svcParams: Field<readonly SvcParam[]> = {
  decode(reader) {
    const params: SvcParam[] = [];
    while (reader.remaining > 0) {
      const key = reader.u16();
      params.push({ key, value: reader.octets(reader.u16()) });
    }
    const isValid = params.every(formatSvcParam) && !svcParamsProblem(params);
    if (!isValid) reader.failed = true;
    return params;
  },
  encode(writer, value) {
    const params = [...value].sort((a, b) => a.key - b.key);
    const problem = svcParamsProblem(params);
    if (problem) throw new RangeError(`Cannot encode service parameters: ${problem}`);
    for (const param of params) {
      u16.encode(writer, param.key);
      u16.encode(writer, param.value.length);
      writer.octets(param.value);
    }
  },
  format: (params) => params.map(formatSvcParam).join(" "),
  parse(tokens) {
    const params: SvcParam[] = [];
    while (!tokens.isDone) {
      const token = tokens.next("a parameter");
      const param = parseSvcParam(token.text);
      if (!param) throw tokens.unexpected("a service parameter with a value of its kind", token);
      params.push(param);
    }
    params.sort((a, b) => a.key - b.key);
    const problem = svcParamsProblem(params);
    if (problem) throw new SyntaxError(`Cannot parse service parameters: ${problem}`);
    return params;
  },
  skip(reader) {
    while (reader.remaining > 0) {
      skipOctets(reader, 2);
      skipOctets(reader, reader.u16());
    }
  },
};

const fields = { priority: u16, target: name, params: svcParams };

/** RFC 9460 §2. Priority 0 makes an alias. */
export const SVCB = defineRdata(RrType.SVCB, fields);
/** RFC 9460 §9. */
export const HTTPS = defineRdata(RrType.HTTPS, fields);
