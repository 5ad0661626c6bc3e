#!/usr/bin/env node
/** The `tracestitch` command. */
import { run } from './cli/run.js'
import { withoutEscapes } from './kernel/plain-text.js'

// A reader that has seen enough, such as `head`, closes the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

// The exit code is set, not enforced: what was written to a pipe still has to get there.
void run(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(withoutEscapes(text)),
}).then((code) => (process.exitCode = code))
