import {
  encodeIds,
  encodeMessage,
  encodeMutations,
  type Message,
  type MutationsMessage,
} from '../../shared/audience/message.ts';

/** The bytes of mutations as version 1 has them, which may mix operations. */
export function encodeVersion1(message: MutationsMessage): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, ...message }), 'utf8');
}

/** The bytes of any message: mutations in version 2, or in version 1 where they mix operations. */
export function encodeAnyMessage(message: Message): Buffer {
  if (message.kind !== 'mutations') return encodeMessage(message);
  const { audience, requests, mutations } = message;
  const operation = mutations[0]?.operation ?? 'add';
  const isMixed = mutations.some((mutation) => mutation.operation !== operation);
  if (isMixed) return encodeVersion1(message);
  return encodeMutations({ audience, operation, requests }, [encodeIds(mutations)]);
}
