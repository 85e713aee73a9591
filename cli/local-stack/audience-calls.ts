import { z } from 'zod';
import { AUDIENCE_STATES } from '../../shared/audience-map/audience-list.ts';
import { RequestError } from '../../shared/errors.ts';
import { MAX_PAGE, type AudienceOperations } from '../audiences/audience-operations.ts';

/** By the ids of the destinations; the first is the one that intake looks at. */
export type OperationsByDestination = ReadonlyMap<string, AudienceOperations>;

const destination = z.string().exactOptional();
/** What comes with each operation on audiences. */
const calls = {
  list: z.strictObject({
    destination,
    state: z.enum(AUDIENCE_STATES).exactOptional(),
    limit: z.int().min(1).max(MAX_PAGE),
    after: z.string().exactOptional(),
  }),
  one: z.strictObject({ destination, id: z.string() }),
};

/** Checks what a caller sent. @throws RequestError REQUEST_INVALID */
export type ParseInput = <Schema extends z.ZodType>(schema: Schema) => z.output<Schema>;

/** The operation on audiences that is called `name`, ready to run; undefined: there is none. */
export function readAudienceCall(
  name: string,
  parse: ParseInput,
  all: OperationsByDestination,
): (() => Promise<unknown>) | undefined {
  switch (name) {
    case 'list': {
      const { destination: id, ...page } = parse(calls.list);
      const operations = operationsOn(id, all);
      return () => operations.list(page);
    }
    case 'show': {
      const { destination: id, ...one } = parse(calls.one);
      const operations = operationsOn(id, all);
      return async () => (await operations.show(one.id)) ?? null;
    }
    case 'retry': {
      const { destination: id, ...one } = parse(calls.one);
      const operations = operationsOn(id, all);
      return async () => (await operations.retry(one.id)) ?? null;
    }
    default:
      return undefined;
  }
}

function operationsOn(id: string | undefined, all: OperationsByDestination): AudienceOperations {
  const [first] = all.values();
  const operations = id === undefined ? first : all.get(id);
  if (operations !== undefined) return operations;
  const ids = [...all.keys()].join(', ');
  const text = `destination: this stack has no such destination; it has: ${ids}`;
  throw new RequestError('REQUEST_INVALID', 400, text);
}
