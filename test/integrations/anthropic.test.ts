import spec from './anthropic.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'anthropic.case.ts')
