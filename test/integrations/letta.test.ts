import spec from './letta.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'letta.case.ts')
