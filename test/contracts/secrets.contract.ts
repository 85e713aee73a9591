import { afterEach, describe, expect, test } from '@jest/globals';
import type { Secret } from '../../shared/secrets/secrets.ts';

/** A secret with these values, newest first; `close` ends what stands behind it. */
export type CreateSecret = (
  values: readonly string[],
) => Promise<{ readonly secret: Secret; close(): Promise<void> }>;

/** What every secret must do. */
export function secretsContract(name: string, create: CreateSecret): void {
  describe(name, () => {
    let close = (): Promise<void> => Promise.resolve();
    afterEach(() => close());
    const secretOf = async (...values: string[]): Promise<Secret> => {
      const created = await create(values);
      close = () => created.close();
      return created.secret;
    };

    test('the accepted values come newest first', async () => {
      const secret = await secretOf('new', 'old');
      expect(await secret.current()).toEqual(['new', 'old']);
    });

    test('one value is enough', async () => {
      const secret = await secretOf('only');
      expect(await secret.current()).toEqual(['only']);
    });

    test('a refresh, also before the first read, accepts what is accepted', async () => {
      const secret = await secretOf('new', 'old');
      expect(await secret.refresh()).toEqual(['new', 'old']);
      expect(await secret.refresh()).toEqual(['new', 'old']);
      expect(await secret.current()).toEqual(['new', 'old']);
    });

    test('values are kept to the last character, whatever they are made of', async () => {
      const values = ['pa:ss,word ', 'ä€😀\t'];
      const secret = await secretOf(...values);
      expect(await secret.current()).toEqual(values);
    });

    test('everybody who asks at once gets the same values', async () => {
      const secret = await secretOf('new', 'old');
      const asked = Array.from({ length: 50 }, (_, index) =>
        index % 2 === 0 ? secret.current() : secret.refresh(),
      );
      const answers = await Promise.all(asked);
      expect(new Set(answers.map(String))).toEqual(new Set(['new,old']));
    });

    test('what was handed out once does not change', async () => {
      const secret = await secretOf('new', 'old');
      const first = await secret.current();
      await secret.refresh();
      expect(first).toEqual(['new', 'old']);
    });
  });
}
