"""The pages, one file each: its registration, its layout, its callbacks. Dash imports them when the app is made."""
