#pragma once

#include "cli/browse/canvas.hpp"
#include "cli/browse/model.hpp"

namespace agenta::cli::browse {

/// The screen of a model, of the model's size.
Canvas draw(Model const& model);

}  // namespace agenta::cli::browse
