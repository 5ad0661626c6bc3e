import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    exclude: ['test/apps/**', 'test/.apps/**'],
    // Child processes with real SDKs take seconds on a small machine.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // One less than there are cores is the default, which on a machine of two is one; most of a file's time is waiting.
    maxWorkers: '100%',
  },
})
