import spec from './elevenlabs.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'elevenlabs.case.ts')
