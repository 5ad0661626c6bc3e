import { testIntegration } from './matrix.js'
import spec from './openrouter.case.js'

testIntegration(spec, 'openrouter.case.ts')
