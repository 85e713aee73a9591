import { describe, expect, it } from '@jest/globals';
import { OUT, syncOnce as sync, userIn } from './sync-server.ts';
import { tcString } from './tc-string-maker.ts';

const YES = tcString({ purposes: [1, 3], vendors: [755] });
const NO = tcString({ purposes: [2, 3], vendors: [755] });
const OTHER_VENDOR = tcString({ purposes: [1, 3], vendors: [754] });
const ENCODED = encodeURIComponent(OUT);
const KNOWN = { cookie: `audience_relay_id=${'0'.repeat(32)}` };

/** No id is sent, no cookie set, and Mapp not called at all. */
const NOTHING = { status: 204, location: undefined, cookie: undefined, text: '' };

describe('where consent is required', () => {
  const required = { SYNC_REQUIRE_CONSENT: 'true' };

  it.each([
    ['in a consent string before out', `gdpr=1&gdpr_consent=${YES}&out=${OUT}`],
    ['in a consent string behind the encoded out', `out=${ENCODED}&gdpr=1&gdpr_consent=${YES}`],
    ['in a consent string inside of out', `out=${OUT}&gdpr=1&gdpr_consent=${YES}`],
    [
      'in a consent string inside of the encoded out',
      `out=${encodeURIComponent(`${OUT}&gdpr=1&gdpr_consent=${YES}`)}`,
    ],
    ['in both places', `gdpr=1&gdpr_consent=${YES}&out=${OUT}&gdpr=1&gdpr_consent=${YES}`],
    ['in a consent string without gdpr', `gdpr_consent=${YES}&out=${OUT}`],
    ['and is not needed', `gdpr=0&out=${OUT}`],
    ['and is not needed, as out says', `out=${OUT}&gdpr=0`],
    ['and is not needed, whatever the string', `gdpr=0&gdpr_consent=${NO}&out=${OUT}`],
  ])('a browser with consent (%s) is sent on', async (_, query) => {
    const { status, location, cookie } = await sync(required, query);
    expect(status).toBe(302);
    expect(userIn(location)).toMatch(/^[0-9a-f]{32}$/);
    expect(cookie).toContain(userIn(location));
  });

  it.each([
    ['nothing is said', `out=${OUT}`],
    ['the string is missing', `gdpr=1&out=${OUT}`],
    ['the string is empty', `gdpr=1&gdpr_consent=&out=${OUT}`],
    ['gdpr is empty', `gdpr=&out=${OUT}`],
    ['the string says no', `gdpr=1&gdpr_consent=${NO}&out=${OUT}`],
    ['the string inside of out says no', `out=${OUT}&gdpr=1&gdpr_consent=${NO}`],
    ['one says no', `gdpr=1&gdpr_consent=${YES}&out=${OUT}&gdpr_consent=${NO}`],
    ['one says no the other way round', `gdpr=1&gdpr_consent=${NO}&out=${OUT}&gdpr_consent=${YES}`],
    ['one says that it is needed', `gdpr=0&out=${OUT}&gdpr=1`],
    ['the string is none', `gdpr=1&gdpr_consent=yes&out=${OUT}`],
    ['macros were not filled in', `gdpr=\${GDPR}&gdpr_consent=\${GDPR_CONSENT_755}&out=${OUT}`],
  ])('a browser without (%s) is sent nowhere', async (_, query) => {
    expect(await sync(required, query, KNOWN)).toMatchObject(NOTHING);
  });

  it.each([`gdpr=0&out=${OUT}`, `gdpr=1&gdpr_consent=${YES}&out=${OUT}`])(
    'Global Privacy Control is a no to %s',
    async (query) => {
      expect(await sync(required, query, { ...KNOWN, 'Sec-GPC': '1' })).toMatchObject(NOTHING);
    },
  );

  it('Global Privacy Control that is off is none', async () => {
    expect(await sync(required, `gdpr=0&out=${OUT}`, { 'Sec-GPC': '0' })).toMatchObject({
      status: 302,
    });
  });

  it('the platform has to be consented to as well, where it has an id', async () => {
    const vendor = { ...required, SYNC_TCF_VENDOR_ID: '755' };
    const asked = (consent: string) => sync(vendor, `gdpr=1&gdpr_consent=${consent}&out=${OUT}`);
    expect(await asked(YES)).toMatchObject({ status: 302 });
    expect(await asked(OTHER_VENDOR)).toMatchObject(NOTHING);
  });

  it("the platform's own id is not sent without it", async () => {
    const variables = { ...required, SYNC_PLATFORM_COOKIE: 'uid' };
    expect(await sync(variables, `out=${OUT}`, { cookie: 'uid=abc' })).toMatchObject(NOTHING);
  });

  it('a hostile out is refused, consent or not', async () => {
    const { status, location, cookie } = await sync(required, 'out=https://evil.example/');
    expect([status, location, cookie]).toEqual([400, undefined, undefined]);
  });
});

describe('where consent is not required, which is the default', () => {
  it.each([
    ['a string that says no', `gdpr=1&gdpr_consent=${NO}&out=${OUT}`, {}],
    ['Global Privacy Control', `out=${OUT}`, { 'Sec-GPC': '1' }],
  ])('nobody looks at %s', async (_, query, headers) => {
    expect(await sync({}, query, headers)).toMatchObject({ status: 302 });
  });
});
