"""What a processing costs (API notes 4.2, 14.3): area × (model price + data price), at least 1 km², rounded up."""

from math import ceil

MINIMUM_KM2 = 1.0
DEFAULT_MODEL_PRICE = 1.0  # when neither blocks nor pricePerSqKm say anything (notes 4.2)


def model_price(model, enabled_blocks):
    """Credits per km²: mandatory blocks plus the enabled ones; `pricePerSqKm` counts only without blocks."""
    if blocks := model.get("blocks"):
        return sum(b["price"] for b in blocks if not b["optional"] or b["name"] in enabled_blocks)
    return model.get("pricePerSqKm", DEFAULT_MODEL_PRICE)


def data_price(provider, zoom):
    """Credits per km² of imagery at a zoom: the nearest listed zoom counts; no provider or no list is free."""
    prices = provider.get("price") if provider else None
    if not prices:
        return 0
    if zoom is None:
        return prices[0]["priceSqKm"]
    return min(prices, key=lambda price: abs(price["zoom"] - zoom))["priceSqKm"]


def exact_cost(area_m2, price_per_km2):
    """Credits before rounding up."""
    return max(area_m2 / 1e6, MINIMUM_KM2) * price_per_km2


def cost_in_credits(area_m2, price_per_km2):
    """Whole credits; the small slack keeps float noise from adding one."""
    return ceil(exact_cost(area_m2, price_per_km2) - 1e-9)
