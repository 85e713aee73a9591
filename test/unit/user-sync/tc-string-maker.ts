/** What a consent string of a test says; vendors are a bit field, ranges a list of first and last. */
export interface TcStringFields {
  readonly version?: number;
  readonly purposes: readonly number[];
  readonly vendors?: readonly number[];
  readonly ranges?: readonly (readonly [first: number, last: number])[];
}

/** A consent string with these fields; all else is zero. */
export function tcString({ version = 2, purposes, vendors = [], ranges }: TcStringFields): string {
  const field = (ids: readonly number[], length: number) =>
    Array.from({ length }, (_, index) => (ids.includes(index + 1) ? '1' : '0')).join('');
  const maxVendorId = Math.max(0, ...vendors, ...(ranges ?? []).flat());
  const bits = [
    number(version, 6),
    '0'.repeat(146),
    field(purposes, 24),
    '0'.repeat(24 + 1 + 12),
    number(maxVendorId, 16),
    ranges === undefined ? '0' : '1',
    ranges === undefined ? field(vendors, maxVendorId) : rangeList(ranges),
  ].join('');
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2))).toString(
    'base64url',
  );
}

function rangeList(ranges: NonNullable<TcStringFields['ranges']>): string {
  const entries = ranges.map(([first, last]) =>
    first === last ? `0${number(first, 16)}` : `1${number(first, 16)}${number(last, 16)}`,
  );
  return number(ranges.length, 12) + entries.join('');
}

function number(value: number, bits: number): string {
  return value.toString(2).padStart(bits, '0');
}
