/** While a job runs, only what shows its numbers is drawn anew. */
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { ended, serveFiles, test } from './app';

/** What React keeps of a component; as its DevTools read it, in production builds too. */
interface Fiber {
  readonly tag: number;
  readonly flags: number;
  readonly stateNode: unknown;
  readonly child: Fiber | null;
  readonly sibling: Fiber | null;
}

interface Counting {
  renders: Record<string, number>;
  __REACT_DEVTOOLS_GLOBAL_HOOK__: unknown;
}

/** The components that these elements are drawn by. */
const WATCHED = {
  header: 'main header',
  sidebar: 'nav',
  figures: 'main [aria-label="Figures"]',
};

/** From the next load of the page on, counts how often they are rendered. */
async function countRenders(window: Page): Promise<void> {
  await window.addInitScript((watched) => {
    const FUNCTION_COMPONENT = 0;
    const PERFORMED_WORK = 1;
    const page = globalThis as unknown as Counting;
    page.renders = {};
    const last = new Map<string, Fiber>();
    /** The nearest function component around the element. */
    const componentOf = (root: Fiber, element: Element): Fiber | null => {
      const waiting: { fiber: Fiber | null; around: Fiber | null }[] = [{ fiber: root, around: null }];
      for (;;) {
        const next = waiting.pop();
        if (next === undefined) return null;
        const { fiber, around } = next;
        if (fiber === null) continue;
        if (fiber.stateNode === element) return around;
        waiting.push({ fiber: fiber.sibling, around });
        waiting.push({ fiber: fiber.child, around: fiber.tag === FUNCTION_COMPONENT ? fiber : around });
      }
    };
    page.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
      supportsFiber: true,
      inject: () => 1,
      onCommitFiberUnmount: () => undefined,
      onPostCommitFiberRoot: () => undefined,
      onCommitFiberRoot: (_id: number, { current }: { current: Fiber }) => {
        for (const [name, selector] of Object.entries(watched)) {
          const element = document.querySelector(selector);
          const fiber = element === null ? null : componentOf(current, element);
          // A component that was left as it is has the same fiber; one that only passed by has done no work.
          if (fiber === null || fiber === last.get(name)) continue;
          last.set(name, fiber);
          if ((fiber.flags & PERFORMED_WORK) !== 0) page.renders[name] = (page.renders[name] ?? 0) + 1;
        }
      },
    };
  }, WATCHED);
  await window.reload();
}

async function renders(window: Page): Promise<Record<string, number>> {
  return window.evaluate(() => ({ ...(globalThis as unknown as Counting).renders }));
}

test('frames of a running job draw its figures, and neither the header nor the sidebar', async ({
  app: { window },
  folder,
}) => {
  const server = await serveFiles(150);
  await countRenders(window);
  await window.getByRole('button', { name: 'New download', exact: true }).click();
  const dialog = window.getByRole('dialog');
  await dialog.getByLabel(/^Addresses/u).fill(`${server.url}/[0-1999].bin`);
  await dialog.getByRole('textbox', { name: 'Save in' }).fill(join(folder, 'target'));
  await dialog.getByRole('button', { name: 'Download 2,000 files' }).click();
  const done = window.getByRole('group', { name: 'Show tasks' }).getByRole('button', { name: /^Done/u });
  await expect(done).toHaveText(/^Done [1-9]/u);
  const before = await renders(window);
  await expect
    .poll(async () => ((await renders(window))['figures'] ?? 0) - (before['figures'] ?? 0))
    .toBeGreaterThan(9);
  const after = await renders(window);
  expect(before['header']).toBeGreaterThan(0);
  expect(before['sidebar']).toBeGreaterThan(0);
  await expect(window.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  expect({ header: after['header'], sidebar: after['sidebar'] }).toEqual({
    header: before['header'],
    sidebar: before['sidebar'],
  });
  await ended(window, '2,000 of 2,000');
  await server.close();
});
