import { defineConfig } from 'vitest/config';

/** `npm run test:windows` starts it. One after the other: each starts processes that take all there is. */
export default defineConfig({
  test: {
    include: ['e2e/windows/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
