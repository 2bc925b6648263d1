# Writes OUTPUT, which defines openapi_document() as the text of INPUT. A string literal has a length limit, so the text
# is cut into pieces that the compiler joins.
file(READ ${INPUT} content)
# Without its indentation: compilers need not take a literal beyond 65,536 bytes, and no JSON text holds a line end.
string(REGEX REPLACE "\n *" "" content "${content}")
string(LENGTH "${content}" length)
set(pieces "")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${content}" ${at} 8000 piece)
  string(APPEND pieces "    R\"agenta(${piece})agenta\"\n")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE ${OUTPUT} "#include \"daemon/app/openapi_document.hpp\"

namespace agenta::daemon {

std::string_view openapi_document() {
  return
${pieces}      ;
}

}  // namespace agenta::daemon
")
