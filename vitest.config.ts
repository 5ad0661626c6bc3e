import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts', 'test/beside/install.ts'],
    exclude: ['**/node_modules/**', 'test/apps/**', 'test/.apps/**'],
    // Ends what hangs, and says nothing of how fast anything is: a busy machine may take ten times as long as a quiet one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The default is a second, which a process that is started takes by itself.
    expect: { poll: { timeout: 20_000 } },
    // One less than there are cores is the default, which on a machine of two is one; most of a file's time is waiting.
    maxWorkers: '100%',
  },
})
