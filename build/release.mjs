/** Before `npm publish`: package.json says where the project lives, by which npm proves where an archive was built. */
import { readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const missing = ['repository', 'homepage', 'bugs'].filter((field) => !manifest[field])
if (missing.length > 0) {
  console.error(
    `package.json lacks ${missing.join(', ')}: add the addresses of the project. ` +
      'npm refuses `publishConfig.provenance` if `repository` is not where the archive was built.',
  )
  process.exitCode = 1
}
