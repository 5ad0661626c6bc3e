import spec from './ai.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'ai.case.ts')
