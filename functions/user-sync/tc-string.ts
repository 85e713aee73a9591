/**
 * As much of a TCF v2 consent string as user syncing asks for, by the positions of IAB Europe's
 * published format: the core segment is base64url, and its fields stand at fixed bits.
 *
 * Test vector: `COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA` grants the purposes 1 to 3, and
 * consents to the vendors 2, 6 and 8.
 */
const VERSION = { at: 0, bits: 6 };
const PURPOSE_1_AT = 152;
const MAX_VENDOR_ID = { at: 213, bits: 16 };
const IS_RANGE_AT = 229;
const VENDORS_AT = 230;
const RANGE_COUNT_BITS = 12;
const VENDOR_ID_BITS = 16;

/**
 * Whether the user consents to purpose 1, storing on and reading from the device, and to this vendor
 * where one is given. What is no such string consents to nothing.
 */
export function consentsToStorage(tcString: string, vendorId: number | undefined): boolean {
  const core = tcString.split('.', 1)[0] ?? '';
  if (!/^[\w-]+$/.test(core)) return false;
  const bits = bitsOf(core);
  if (bits.length < VENDORS_AT || numberAt(bits, VERSION.at, VERSION.bits) !== 2) return false;
  if (bits[PURPOSE_1_AT] !== '1') return false;
  return vendorId === undefined || consentsToVendor(bits, vendorId);
}

function consentsToVendor(bits: string, vendorId: number): boolean {
  if (vendorId > numberAt(bits, MAX_VENDOR_ID.at, MAX_VENDOR_ID.bits)) return false;
  if (bits[IS_RANGE_AT] === '0') return bits[VENDORS_AT + vendorId - 1] === '1';

  let at = VENDORS_AT + RANGE_COUNT_BITS;
  for (let left = numberAt(bits, VENDORS_AT, RANGE_COUNT_BITS); left > 0; left -= 1) {
    const isRange = bits[at] === '1';
    const first = numberAt(bits, at + 1, VENDOR_ID_BITS);
    const last = isRange ? numberAt(bits, at + 1 + VENDOR_ID_BITS, VENDOR_ID_BITS) : first;
    if (first <= vendorId && vendorId <= last) return true;
    at += 1 + VENDOR_ID_BITS * (isRange ? 2 : 1);
  }
  return false;
}

function bitsOf(core: string): string {
  const bytes = [...Buffer.from(core, 'base64url')];
  return bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');
}

/** NaN, which is equal to nothing, where the string was cut off. */
function numberAt(bits: string, at: number, length: number): number {
  return at + length > bits.length ? Number.NaN : Number.parseInt(bits.slice(at, at + length), 2);
}
