// FOQUSModel
