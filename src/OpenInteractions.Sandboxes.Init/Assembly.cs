using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Calls into the C library need no stubs made at run time.
[assembly: DisableRuntimeMarshalling]
// The C library is the system's, never one that lies beside this assembly.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
