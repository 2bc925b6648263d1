# Writes OUTPUT, which defines openapi_document() as the text of INPUT. An array of characters: a string literal, joined
# or not, need not be taken by a compiler beyond 65,536 bytes, and the document is larger.
file(READ ${INPUT} content)
# Without its indentation: no JSON text holds a line end.
string(REGEX REPLACE "\n *" "" content "${content}")
file(WRITE ${OUTPUT}.txt "${content}")
file(READ ${OUTPUT}.txt bytes HEX)
file(REMOVE ${OUTPUT}.txt)
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
file(WRITE ${OUTPUT} "#include \"daemon/app/openapi_document.hpp\"

namespace agenta::daemon {

namespace {
constexpr char kDocument[] = {
${bytes}};
}  // namespace

std::string_view openapi_document() {
  return {kDocument, sizeof kDocument};
}

}  // namespace agenta::daemon
")
