/** One `traceparent` on a request, whatever else injects one and in whatever order: instrumentations of HTTP, and an SDK itself. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { withTools } from './installed.js'

const { folder, isInstalled, provider, title } = withTools()

describe.skipIf(!isInstalled)(title, () => {
  test.each(['before', 'after'])('instrumentations of fetch and HTTP that are set up %s autolog()', async (order) => {
    await promisify(execFile)(process.execPath, ['injectors.cjs', order], {
      cwd: folder,
      env: { ...process.env, PROVIDER_ORIGIN: provider().origin },
    })
    for (const way of ['fetch', 'http', 'sdk']) {
      const requests = provider().requests(`${way}-${order}`)
      expect([way, requests.map(({ traceparents }) => traceparents)]).toEqual([way, [1]])
      expect(requests[0]?.headers['traceparent']).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/)
    }
  })
})
