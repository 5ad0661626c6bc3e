import { testIntegration } from './matrix.js'
import spec from './portkey.case.js'

testIntegration(spec, 'portkey.case.ts')
