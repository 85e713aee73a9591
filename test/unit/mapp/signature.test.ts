import { describe, expect, it, test } from '@jest/globals';
import { signBody, verifySignature } from '../../../shared/mapp/signature.ts';

const SECRET = 'local-secret';
const TEXT = '{"Type":"VALIDATE"}';
const BODY = Buffer.from(TEXT);
const SIGNATURE = '4039d199c20adf3a475fa5e364125fefa150cd9f';

describe('signBody', () => {
  it('gives the documented test vector, for text and for bytes', () => {
    expect(signBody(TEXT, SECRET)).toBe(SIGNATURE);
    expect(signBody(BODY, SECRET)).toBe(SIGNATURE);
  });

  it('signs the empty body of a VALIDATE (openssl dgst -sha1 -hmac local-secret < /dev/null)', () => {
    expect(signBody('', SECRET)).toBe('739dd4a46b8e49f6613c1aafa457170887d4bbdc');
  });

  it('signs text as UTF-8', () => {
    const umlauts = '{"Name":"Müllers Käufer 😀"}';
    expect(signBody(umlauts, SECRET)).toBe(signBody(Buffer.from(umlauts, 'utf8'), SECRET));
    expect(signBody(umlauts, SECRET)).not.toBe(signBody(Buffer.from(umlauts, 'latin1'), SECRET));
  });

  it.each([
    ['beyond ASCII', 'Schlüssel 4711', 'd769b7f47d875471bdb2530986990997f36b41b2'],
    ['that looks like hexadecimal', '6162', '7a804b9193f98fc3f154f4e45cbf2830cab2a65d'],
  ])('takes a secret as UTF-8 text, also one %s (as openssl does)', (_, secret, signature) => {
    expect(signBody(TEXT, secret)).toBe(signature);
  });
});

describe('verifySignature', () => {
  it.each([
    ['the only secret', [SECRET]],
    ['the newest of several', [SECRET, 'older', 'oldest']],
    ['the oldest of several', ['newest', 'newer', SECRET]],
  ])('accepts a signature under %s', (_, secrets) => {
    expect(verifySignature(BODY, SIGNATURE, secrets)).toBe(true);
  });

  it('accepts upper-case and mixed-case digits', () => {
    expect(verifySignature(BODY, SIGNATURE.toUpperCase(), [SECRET])).toBe(true);
    const mixed = `${SIGNATURE.slice(0, 20).toUpperCase()}${SIGNATURE.slice(20)}`;
    expect(verifySignature(BODY, mixed, [SECRET])).toBe(true);
  });

  it.each([
    ['another secret', ['Local-secret']],
    ['part of the secret', ['local-secre']],
    ['no secret at all', []],
  ])('refuses a signature under %s', (_, secrets) => {
    expect(verifySignature(BODY, SIGNATURE, secrets)).toBe(false);
  });

  it.each([
    ['empty', ''],
    ['a digit short', SIGNATURE.slice(1)],
    ['a digit long', `${SIGNATURE}0`],
    ['twice itself', SIGNATURE + SIGNATURE],
    ['no hexadecimal', `g${SIGNATURE.slice(1)}`],
    ['hexadecimal up to a stray character', `${SIGNATURE.slice(0, 38)}zz`],
    ['followed by a line break', `${SIGNATURE}\n`],
    ['preceded by a space', ` ${SIGNATURE}`],
    ['in full-width digits', SIGNATURE.replace('4', '\uff14')],
    ['base64', Buffer.from(SIGNATURE, 'hex').toString('base64')],
    ["the vendor's placeholder", 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3'],
  ])('refuses a signature that is %s', (_, signature) => {
    expect(verifySignature(BODY, signature, [SECRET])).toBe(false);
  });

  test.each([...BODY.keys()])('a flipped bit in byte %i of the body is noticed', (index) => {
    const tampered = Buffer.from(BODY);
    tampered[index] = (tampered[index] ?? 0) ^ 1;
    expect(verifySignature(tampered, SIGNATURE, [SECRET])).toBe(false);
  });

  it('notices a flipped bit in every byte of the signature', () => {
    for (let index = 0; index < 20; index += 1) {
      const tampered = Buffer.from(SIGNATURE, 'hex');
      tampered[index] = (tampered[index] ?? 0) ^ 0x80;
      expect(verifySignature(BODY, tampered.toString('hex'), [SECRET])).toBe(false);
    }
  });

  it('judges the bytes as they came, also when they are no UTF-8', () => {
    const latin1 = Buffer.from('{"Name":"Käufer"}', 'latin1');
    const signature = signBody(latin1, SECRET);
    expect(verifySignature(latin1, signature, [SECRET])).toBe(true);
    const reencoded = Buffer.from(latin1.toString('utf8'));
    expect(verifySignature(reencoded, signature, [SECRET])).toBe(false);
  });
});
