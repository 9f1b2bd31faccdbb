"""What a notebook shows: tables, pictures, sliders, and the sheet as a widget."""
