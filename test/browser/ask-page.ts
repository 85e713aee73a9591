import { join } from 'node:path';
import type { Page } from 'playwright-core';

const folder = join(import.meta.dirname, 'in-page');

/** What one of the functions in `in-page/` answers in this page, which has to load it as its own script. */
export async function askPage(page: Page, module: string, name: string): Promise<unknown> {
  await page.route(`**/in-page/${module}`, (route) =>
    route.fulfill({ path: join(folder, module), contentType: 'text/javascript' }),
  );
  return page.evaluate(`import('/in-page/${module}').then((module) => module.${name}())`);
}
